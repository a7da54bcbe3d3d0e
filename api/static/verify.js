// Dropping a file checks it at once. Without this script the page works the same, by its buttons.
"use strict";

const drop = document.getElementById("drop");
const input = document.getElementById("file");

for (const hint of document.querySelectorAll(".enhanced")) hint.hidden = false;

// The whole page takes the file: who misses the box must not have the browser open it instead.
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length) ask(event.dataTransfer.files);
});
input.addEventListener("change", () => {
  if (input.files.length) ask(input.files);
});

function ask(files) {
  input.files = files;
  // A number left in the form would make it two questions.
  for (const name of ["number", "holder_name"]) input.form.elements[name].value = "";
  input.form.requestSubmit();
}

// Verifies an SD-JWT VC the way a wallet does, with @sd-jwt/sd-jwt-vc and jose, and says what it saw.
//
// stdin:  {"jwk": …, "sdjwt": "<jws>~<disclosure>~…~", "statusLists": {uri: jwt}, "now": seconds,
//          "show": [names] or null}
// stdout: {"claims": …, "header": …, "thumbprint": …, "presentation": … or null} or {"refused": why}
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";

import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { calculateJwkThumbprint, compactVerify, importJWK } from "jose";

const asked = JSON.parse(await text(process.stdin));
const key = await importJWK(asked.jwk, "Ed25519");

const verifySignature = async (signed, signature) => {
  await compactVerify(`${signed}.${signature}`, key, { algorithms: ["Ed25519"] });
  return true;
};

const wallet = new SDJwtVcInstance({
  hasher: async (data) => new Uint8Array(createHash("sha256").update(Buffer.from(data)).digest()),
  hashAlg: "sha-256",
  verifier: verifySignature,
  statusListFetcher: async (uri) => {
    if (!(uri in asked.statusLists)) throw new Error(`no status list at ${uri}`);
    return asked.statusLists[uri];
  },
});

try {
  const { payload, header } = await wallet.verify(asked.sdjwt, { currentDate: asked.now });
  const frame = Object.fromEntries((asked.show ?? []).map((name) => [name, true]));
  const presentation = asked.show && (await wallet.present(asked.sdjwt, frame));
  const thumbprint = await calculateJwkThumbprint(asked.jwk);
  process.stdout.write(JSON.stringify({ claims: payload, header, thumbprint, presentation }));
} catch (error) {
  process.stdout.write(JSON.stringify({ refused: String(error.message) }));
}

# ruff: noqa: E501 - a phrase on one line is easier to translate
"""Every sentence that a verdict can say, by language. One catalogue, so that none is forgotten.

A phrase is filled with facts by name. Nothing personal is ever among them.
"""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    # --- the sentence -----------------------------------------------------------------------------
    "word.valid": "This certificate is genuine and valid.",
    "word.valid.on": "This certificate was valid on {day}.",
    "word.expired": "This certificate is genuine, but it expired: its last day was {valid_until}.",
    "word.expired.on": "On {day} this certificate had expired: its last day was {valid_until}.",
    "word.superseded": "This certificate is genuine, but a newer one has taken its place.",
    "word.suspended": "This certificate is suspended since {since}; do not rely on it for now.",
    "word.suspended.on": "On {day} this certificate was suspended.",
    "word.unproven": "It is not proven that the agency itself signed this certificate.",
    "word.revoked": "This certificate was revoked on {since} and is not valid any more.",
    "word.revoked.on": "On {day} this certificate was revoked already, since {since}.",
    "word.unknown.nobody": "No certificate with this number and this holder's name is known here.",
    "word.unknown.never_admitted": "The agency's signature is good, but this ledger has no such certificate.",
    "word.unknown.awaits_consent": "The certificate awaits consent; until then it does not count.",
    "word.unknown.foreign": "This was issued outside this ledger, which therefore knows nothing of it.",
    "word.unknown.not_yet": "On {day} this certificate had not been issued yet.",
    "word.forged": "This is not a genuine certificate: it was made or altered by somebody else than the issuer.",
    # --- genuine ----------------------------------------------------------------------------------
    "genuine.proven": "The issuer's signature verifies over every byte of the certificate.",
    "genuine.signature": "The signature does not verify: something was changed, or somebody else signed.",
    "genuine.key": "It was signed with a key that is not the issuer's.",
    "genuine.disclosures": "What the file shows is not what was signed.",
    "genuine.damaged": "It names an issuer of this ledger, but no issuer of this ledger signs like this.",
    "genuine.foreign": "The issuer's keys are not kept here, so the signature could not be checked.",
    "genuine.nobody": "There is no certificate whose signature could be checked.",
    # --- admitted ---------------------------------------------------------------------------------
    "admitted.proven": "It is entry {position} of the log, proven against the checkpoint of size {size}.",
    "admitted.absent": "It is not in the log.",
    "admitted.awaits_consent": "It is in the log, but a consent that it needs has not been given.",
    "admitted.foreign": "It is not in this log, which takes certificates of its own issuers only.",
    "admitted.nobody": "There is no such certificate in the log, or its holder has another name.",
    # --- issuer -----------------------------------------------------------------------------------
    "issuer.stated": "{name}: {then} on the day of the exam, {issued} on the day of issue, {today} today.",
    "standing.granted": "accredited",
    "standing.suspended": "accreditation suspended",
    "standing.withdrawn": "accreditation withdrawn",
    "standing.none": "not accredited",
    # --- standard ---------------------------------------------------------------------------------
    "standard.stated": "Examined under {standard}, version {version}, in force on {exam_date}.",
    # --- result -----------------------------------------------------------------------------------
    "result.stated": "A pass is recorded. Who supervised the exam is not recorded in this version of the rules.",
    # --- status -----------------------------------------------------------------------------------
    "status.issued": "Neither suspended nor revoked.",
    "status.expired": "Neither suspended nor revoked; valid up to {valid_until}.",
    "status.not_yet": "Issued on {issued_on} only.",
    "status.suspended": "Suspended since {since} by {by}.",
    "status.revoked": "Revoked since {since} by {by}.",
    "status.ground": " Ground: {code}.",
    "status.fault": " Whose fault: {fault}. Found by: {found_by}.",
    # --- holder -----------------------------------------------------------------------------------
    "holder.typed": "The name given is the one that the agency signed.",
    "holder.shown": "The name in the file is the one that the agency signed. Whether the person in front of you has it, their identity document tells.",
    "holder.hidden": "The file does not show the holder's name.",
    "holder.erased": "The certificate exists; its holder's data was erased, so no name can be compared.",
    # --- key --------------------------------------------------------------------------------------
    "key.stated": "The key was registered at entry {since} and in use when the certificate entered the log.",
    # --- time -------------------------------------------------------------------------------------
    "time.stated": "Issued on {issued_on} and signed on {signed_on}; the ledger's own clock agreed when it was entered.",
    "time.late": "Issued on {issued_on}, entered late (reason: {reason}), with a second party's consent.",
    "time.imported": "Imported history: issued on {issued_on}, signed on {signed_on} and entered later, as the regulator accepted.",
    # --- freshness --------------------------------------------------------------------------------
    "freshness.stated": "As of the checkpoint of size {size}. What is stated and not proven holds until {until}.",
    "freshness.on": "As known at the checkpoint of size {size} about {day}; asked later, the answer may be another.",
    # --- not reached ------------------------------------------------------------------------------
    "not_reached.forged": "Not looked at: the certificate is not genuine.",
    "not_reached.unknown": "Not looked at: there is no such certificate here.",
}  # fmt: skip

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN}


class Phrases:
    """The phrases of one language."""

    def __init__(self, language: str = "en") -> None:
        self._texts = LANGUAGES[language]

    def __call__(self, key: str, **facts: object) -> str:
        """The phrase ``key``, filled with ``facts``."""
        return self._texts[key].format_map(facts)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

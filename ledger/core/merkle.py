"""The Merkle tree of RFC 6962, 2.1, in one import: values, making proofs, checking proofs."""

from ledger.core.prover import (
    HashReader,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    tree_root,
)
from ledger.core.tree import (
    EMPTY_ROOT,
    HASH,
    MAX_SIZE,
    ConsistencyProof,
    Frontier,
    InclusionProof,
    TreeHead,
    leaf_hash,
    node_hash,
)
from ledger.core.verifier import verify_consistency, verify_inclusion

__all__ = [
    "EMPTY_ROOT",
    "HASH",
    "MAX_SIZE",
    "ConsistencyProof",
    "Frontier",
    "HashReader",
    "InclusionProof",
    "TreeHead",
    "consistency_proof",
    "frontier_of",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "tree_root",
    "verify_consistency",
    "verify_inclusion",
]

"""The paper's claims as data (`claims.yaml`), and the code that judges them."""

from lth.claims.judge import CLAIMS, Claim, judge

__all__ = ["CLAIMS", "Claim", "judge"]

"""The paper's claims as data (`claims.yaml`), and the code that judges them; tolerances and rule were fixed before any run."""

from lth.claims.judge import CLAIMS, Claim, judge

__all__ = ["CLAIMS", "Claim", "judge"]

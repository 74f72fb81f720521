"""The paper's claims as data (`claims.yaml`), and the code that judges them; tolerances and rule were fixed before any run."""

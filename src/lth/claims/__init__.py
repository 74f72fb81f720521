"""The paper's claims as data (`claims.yaml`), and the code that judges them."""

"""What is inside tickets, as tables: no training, no figures."""

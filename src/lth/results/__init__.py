"""The tidy tables: what their columns mean, how they are read and written, what they took to make."""

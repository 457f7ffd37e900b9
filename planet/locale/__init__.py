"""The catalogues, one folder a language, and what collects their sentences (`make messages`)."""

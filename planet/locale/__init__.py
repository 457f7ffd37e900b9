"""The translation catalogues, one folder a language, and the extraction of their messages (`make messages`)."""

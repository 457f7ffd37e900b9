"""Compare a fetched document with what is stored of its feed, and merge what several feeds carry. Pure."""

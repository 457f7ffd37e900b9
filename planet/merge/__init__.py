"""Compare a fetched document with the stored entries of its feed, and merge copies of one story or event. Pure."""

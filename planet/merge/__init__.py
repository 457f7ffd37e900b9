"""What arrives meets what is known: entries recognised, changed, withdrawn; copies of one story joined. Pure."""

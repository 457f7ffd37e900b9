"""Build the site as values from what is stored; `render` turns them into files. Pure."""

"""What is stored -> the site as values, which `render` turns into files. Pure."""

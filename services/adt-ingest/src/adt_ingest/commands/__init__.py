"""What an interface team types: options in, sentences and tables out, an exit code at the end."""

"""What a clinical lead types: options in, sentences and tables out, an exit code at the end."""

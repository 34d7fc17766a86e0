"""What every command stands on: params.yaml, files written whole, errors."""

"""What is written down of a model: its card, its reports, its run in MLflow."""

"""The page, made of Gradio's components: one module or folder per tab."""

"""Tab *Webcam*: what the browser runs, and the route that answers it."""

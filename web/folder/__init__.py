"""Tab *Folder*: what the browser runs, what it shows of many pictures, and their job."""

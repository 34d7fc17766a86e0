"""How a network learns: architectures, augmentation, batches, phases, the fit itself."""

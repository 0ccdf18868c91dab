"""The limits: what the machine can do where nothing but the bare work is done."""

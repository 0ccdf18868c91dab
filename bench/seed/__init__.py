"""The seeded database: invented needs in real places, rendered by the product's own code, written by COPY."""

"""The peer: what an ordinary, competent Django team would have built for the same rows. A project of its own."""

"""What the tests run on: servers, databases, processes, a browser. Fixtures are in fixtures.py."""

"""What ./run and ./test are made of: environment, servers, processes that are kept alive, checks."""

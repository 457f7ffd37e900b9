"""What tests and benchmarks share: servers, communities, editions, a browser, and readers of what a planet publishes."""

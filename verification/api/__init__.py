"""The API's views: parse, call one function, answer. Addresses are in glacier.api_urls."""

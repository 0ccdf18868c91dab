"""The API's documentation page in a real browser: everything from us, and everything can be tried."""


def test_api_docs_page_shows_and_tries_the_api_from_our_server_alone(page, server):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs/")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_role("button", name="Close").last.click()
    page.get_by_text("/api/v1/{kind}/", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda response: "/api/v1/" in response.url) as answer:
        page.get_by_role("button", name="Execute").click()
    assert answer.value.status == 200
    assert all(url.startswith((f"{server}/", "data:")) for url in asked)

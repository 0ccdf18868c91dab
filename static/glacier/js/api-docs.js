// Starts Swagger UI. Requests of a person who is signed in carry the CSRF token; nothing else is added.
"use strict";

const page = document.getElementById("api-docs");

const csrfToken = () => {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : "";
};

const withCsrf = (request) => {
  // The schema in the page's language, whatever the browser prefers.
  request.headers = { ...request.headers, "Accept-Language": document.documentElement.lang };
  const token = csrfToken();
  const ours = new URL(request.url, document.baseURI).origin === location.origin;
  if (ours && token && !["GET", "HEAD"].includes(request.method || "GET")) {
    request.headers["X-CSRFToken"] = token;
  }
  return request;
};

SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  requestInterceptor: withCsrf,
});

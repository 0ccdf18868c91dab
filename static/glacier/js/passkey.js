// Buttons for passkeys are shown where the browser knows passkeys; what went wrong is said on the page.

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const said of document.querySelectorAll("[data-passkey-error]")) said.hidden = false;
});

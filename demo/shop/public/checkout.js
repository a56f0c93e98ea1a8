// The element asks the server before it fires either event, so the order's page will find the same.
const order = document.querySelector("[data-thanks]");
for (const type of ["offsite-complete", "offsite-pending"]) {
  order?.addEventListener(type, () => window.location.assign(order.dataset.thanks));
}

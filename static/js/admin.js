// Every page of the admin. The label of Django's search field is an image without alternative text,
// so screen readers need another label.

document.getElementById("searchbar")?.setAttribute("aria-label", "Search");

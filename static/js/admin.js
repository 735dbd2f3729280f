// Every page of the admin. Django's search field has a picture for a label, which screen readers do
// not take for one.

document.getElementById("searchbar")?.setAttribute("aria-label", "Search");

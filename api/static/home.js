// Home: the picture that was asked about is shown where it is, with the faces that came back.

import "./app.js";

const picture = document.getElementById("picture");
let address = "";

document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.target.querySelector?.("#looked-picture");
  if (!place) return;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(picture.files[0]);
  place.src = address;
  picture.value = "";
  event.target.scrollIntoView({ block: "nearest" });
});

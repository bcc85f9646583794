"use strict";

// Photos on the report page: shown at once, and made small enough for a slow connection.
(() => {
  const LARGEST_PX = 1600;
  const PREVIEW_PX = 480;
  let turn = 0;

  // The page's policy shows no picture of its own making but in a canvas.
  const drawn = (picture, canvas, most) => {
    const scale = Math.min(1, most / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  };

  const preview = async (photo, number, words, drop) => {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.photo.replace("{}", number));
    try {
      drawn(await createImageBitmap(photo), canvas, PREVIEW_PX);
    } catch {
      canvas.width = canvas.height = 1;
    }
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "small", textContent: words.dropPhoto.replace("{}", number) });
    button.addEventListener("click", () => drop(photo));
    const item = document.createElement("li");
    item.append(canvas, button);
    return item;
  };

  // Each can be taken out again; where no more may come, none can be chosen.
  const show = async (photos, list, words, drop) => {
    const mine = (turn += 1);
    const items = [];
    for (const [index, photo] of photos.entries()) items.push(await preview(photo, String(index + 1), words, drop));
    if (mine === turn) list.replaceChildren(...items);
  };

  const smaller = async (file) => {
    try {
      const canvas = drawn(await createImageBitmap(file), document.createElement("canvas"), LARGEST_PX);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? blob : file;
    } catch {
      return file;
    }
  };

  window.reportPhotos = { show, smaller };
})();

"use strict";

// Photos on the report page: shown at once, and made small enough for a slow connection.
(() => {
  const LARGEST_PX = 1600;
  const PREVIEW_PX = 720;

  // The page's policy shows no picture of its own making but in a canvas.
  const drawn = (picture, canvas, most) => {
    const scale = Math.min(1, most / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  };

  const show = async (photo, canvas) => {
    canvas.hidden = true;
    if (!photo) return;
    try {
      drawn(await createImageBitmap(photo), canvas, PREVIEW_PX);
      canvas.hidden = false;
    } catch {
      canvas.hidden = true;
    }
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

"use strict";

// Where a report is: found by the phone, or shown on a map where the phone won't tell.
(() => {
  const PATIENCE_MS = 15000;
  const FRESH_MS = 15000;
  const said = (sentence, value) => sentence.replace("{}", String(value));
  const seen = (id) => document.getElementById(id);

  const put = (form, latitude, longitude, told) => {
    const { lat, long, datum } = form.elements;
    lat.value = latitude.toFixed(6);
    long.value = longitude.toFixed(6);
    datum.value = "wgs84";
    for (const field of [lat, long, datum]) field.removeAttribute("aria-invalid");
    for (const fault of form.querySelectorAll("[data-fault=lat], [data-fault=long]")) fault.remove();
    seen("where").textContent = told;
  };

  const locate = (form, words, placed) => {
    const missed = () => {
      seen("where").textContent = words.notLocated;
      seen("on-map").focus();
    };
    if (!navigator.geolocation) {
      missed();
      return;
    }
    seen("where").textContent = words.locating;
    const found = ({ coords }) => {
      put(form, coords.latitude, coords.longitude, said(words.located, Math.max(1, Math.round(coords.accuracy))));
      placed();
    };
    navigator.geolocation.getCurrentPosition(found, missed, {
      enableHighAccuracy: true,
      timeout: PATIENCE_MS,
      maximumAge: FRESH_MS,
    });
  };

  // What was typed in another datum is not where the pin would stand.
  const typed = ({ lat, long, datum }) => {
    const at = [Number(lat.value), Number(long.value)];
    const is = lat.value && long.value && datum.value === "wgs84" && Math.abs(at[0]) <= 85 && Math.abs(at[1]) <= 180;
    return is ? at : null;
  };

  const choose = async (form, words, placed) => {
    try {
      const { choosePlace } = await import(seen("map").dataset.pin);
      await choosePlace(typed(form.elements), (latitude, longitude) => {
        put(form, latitude, longitude, words.placed);
        placed();
      });
    } catch {
      seen("where").textContent = words.noMap;
      seen("by-hand").open = true;
    }
  };

  window.reportPlace = { choose, locate };
})();

"use strict";

// Cards on the report page: drafts of this phone, and open issues near the place.
(() => {
  const said = (sentence, value) => sentence.replace("{}", String(value));

  const made = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  const button = (text, pressed) => {
    const element = made("button", text, "small");
    element.type = "button";
    element.addEventListener("click", pressed);
    return element;
  };

  const near = ({ properties }, words, support) => {
    const card = made("li", "", "card near");
    if (properties.photos.length) {
      const photo = made("img");
      photo.src = properties.photos[0];
      photo.alt = properties.description || words.preview;
      card.append(photo);
    }
    const told = made("div");
    told.append(made("strong", said(words.metres, Math.round(properties.distance_m))));
    const english = document.documentElement.lang === "en";
    told.append(made("p", properties.stage_words[english ? "en" : "zh"], "notice"));
    if (properties.description) told.append(made("p", properties.description));
    if (properties.supporters) told.append(made("p", said(words.supporters, properties.supporters), "notice"));
    if (support) {
      const press = button(words.support, () => support(properties.issue_id, press));
      told.append(press);
    } else {
      const link = made("a", words.lookAtIt, "small");
      link.href = `/known/${encodeURIComponent(properties.issue_id)}`;
      told.append(link);
    }
    card.append(told);
    return card;
  };

  const draft = (kept, words, act) => {
    const item = made("li", "", "card kept");
    const told = made("p");
    told.append(made("strong", kept.title || words.untitled), ` ${new Date(kept.begun).toLocaleString()}`);
    item.append(told, made("p", words[kept.state], `state ${kept.state}`));
    const actions = made("div", "", "actions");
    if (kept.state === "sent") {
      const link = made("a", words.follow, "small");
      link.href = kept.link;
      actions.append(link);
    }
    if (kept.state === "open" || kept.state === "refused") actions.append(button(words.resume, () => act.resume(kept)));
    if (kept.state === "waiting") actions.append(button(words.sendNow, act.sendNow));
    actions.append(button(words.discard, () => act.discard(kept)));
    item.append(actions);
    return item;
  };

  window.reportCards = { draft, near };
})();

// Keeps an open page as it is now. Without this script every page works; it only needs a reload.
(() => {
  "use strict";
  const announce = (text) => {
    const place = document.getElementById("announce");
    if (place && text) place.textContent = text;
  };
  const live = () => document.getElementById("live");
  const rowsOf = (region) => new Set([...region.querySelectorAll("li[id^='task-']")].map((row) => row.id));

  // Nobody's half-filled form is taken away: the refresh waits until it is closed or sent.
  const busy = () => {
    const region = live();
    return Boolean(region && region.querySelector("details[data-hold][open]"));
  };
  const offer = () => {
    live().querySelector("[data-waiting]").hidden = false;
  };
  const refresh = () => {
    if (!live()) return;
    if (busy()) {
      offer();
    } else if (window.htmx) {
      window.htmx.trigger(document.body, "changed");
    }
  };

  // Many changes in a row are one refresh: at once, then at most twice a second.
  let resting = false;
  let again = false;
  const changed = () => {
    if (document.hidden || resting) {
      again = true;
      return;
    }
    again = false;
    resting = true;
    refresh();
    setTimeout(() => {
      resting = false;
      if (again) changed();
    }, 500);
  };

  const listen = () => {
    const address = document.body.dataset.live;
    if (!address || !live() || !window.EventSource) return;
    const source = new EventSource(address);
    source.addEventListener("changed", changed);
    source.addEventListener("error", () => document.body.classList.add("offline"));
    // What happened between the page's making and this line was not heard: look once.
    source.addEventListener("open", () => {
      document.body.classList.remove("offline");
      changed();
    });
    addEventListener("pagehide", () => source.close());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && again) changed();
    });
  };

  // What was said about a deed stays readable for a while, whatever is refreshed meanwhile.
  let lastSaid = null;
  let before = new Set();
  let focusAt = "";
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    const row = form && form.closest("li[id]");
    if (row) focusAt = row.id;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const region = live();
    if (!region) return;
    // A form may have been opened while the refresh was under way.
    if (busy() && event.detail.requestConfig.verb === "get") {
      event.detail.shouldSwap = false;
      offer();
      return;
    }
    before = rowsOf(region);
    const inside = document.activeElement && document.activeElement.closest("#live li[id]");
    if (inside) focusAt = inside.id;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const region = live();
    if (!region) return;
    const fresh = [...rowsOf(region)].filter((id) => !before.has(id));
    fresh.forEach((id) => document.getElementById(id).classList.add("fresh"));
    const said = region.querySelector("[data-said]");
    if (said) {
      announce(said.textContent.trim());
      lastSaid = { node: said, until: Date.now() + 8000 };
    } else if (lastSaid && Date.now() < lastSaid.until) {
      region.querySelector("[data-waiting]").before(lastSaid.node);
    }
    if (!said && fresh.length) announce(fresh.length === 1 ? "1 new task" : `${fresh.length} new tasks`);
    const row = focusAt && document.getElementById(focusAt);
    if (row && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
    focusAt = "";
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-refresh]")) return;
    live().querySelectorAll("details[data-hold][open]").forEach((form) => form.removeAttribute("open"));
    refresh();
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("details[data-hold][open]");
    if (!open) return;
    open.removeAttribute("open");
    open.querySelector("summary").focus();
    if (!live().querySelector("[data-waiting]").hidden) refresh();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches) return;
    if (event.target.matches("[data-submit]")) event.target.form.submit();
    // Said before it is sent, so that nobody has to fill in the form anew.
    const note = event.target.matches("select[name=outcome]") && event.target.form.elements.note;
    if (note) note.required = "why" in event.target.selectedOptions[0].dataset;
  });
  // One form at a time.
  document.addEventListener("toggle", (event) => {
    if (!event.target.open || !event.target.matches("details[data-hold]")) return;
    document.querySelectorAll("details[data-hold][open]").forEach((other) => {
      if (other !== event.target) other.removeAttribute("open");
    });
    event.target.querySelector("form").scrollIntoView({ block: "nearest" });
  }, true);

  document.documentElement.classList.add("js");
  listen();
})();

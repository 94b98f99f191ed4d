// The steps of a run, drawn to scale. The bars are pictures of the figures beside them, so screen
// readers pass them over.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

struct Span {
  double start = 0;  // milliseconds since the run began
  double length = 0;
  double end() const { return start + length; }
};

struct Bar {
  std::string name;
  bool is_part = false;
  Span span;
  bool ended = true;
  bool good = true;
};

Span span_of(const Json& json) { return {number_of(json, "start_ms"), number_of(json, "took_ms")}; }

std::vector<Bar> bars_of(const Json& run) {
  std::vector<Bar> bars;
  const Json& steps = child_of(run, "steps");
  if (!steps.is_array() || steps.empty()) return bars;
  // Before the first step the program reads what it was given.
  bars.push_back({"read the inputs", false, {0, number_of(steps.front(), "start_ms")}});
  for (const Json& step : steps) {
    bars.push_back({text_of(step, "name"), number_of(step, "depth") > 0, span_of(step),
                    child_of(step, "took_ms").is_number(),
                    !child_of(step, "good").is_boolean() || is_true(step, "good")});
  }
  return bars;
}

bool overlaps(const Span& a, const Span& b) {
  // Figures have gone through decimals: what only touches does not count.
  constexpr double kTouch = 1e-4;
  return a.start < b.end() - kTouch && b.start < a.end() - kTouch;
}

// 1, 2 or 5 times a power of ten, so that there are three to six of them.
double distance_of_ticks(double length) {
  const double rough = length / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough) return power * factor;
  }
  return power * 10;
}

std::string tick_text(double milliseconds, double distance) {
  if (distance >= 60'000) return fmt::format("{:.0f} min", milliseconds / 60'000);
  if (distance >= 1000) return fmt::format("{:.0f} s", milliseconds / 1000);
  if (distance >= 1) return fmt::format("{:.0f} ms", milliseconds);
  return fmt::format("{:g} ms", std::round(milliseconds * 1e4) / 1e4);
}

class Chart {
 public:
  Chart(Span shown, std::optional<Span> window) : shown_(shown), window_(window) {}

  void add_to(Node parent, const std::string& caption, const std::vector<Bar>& bars) const {
    Node table = add(add_scrolled(parent, caption), "table", "timeline");
    add(table, "caption", {}, caption);
    const Node head = add_columns(table, {{"Step"}, {"Began", "number"}, {"Took", "number"}});
    draw_axis(add(head, "td", "axis"));
    Node body = add(table, "tbody");
    for (const Bar& bar : bars) add_row(body, bar);
  }

 private:
  void add_row(Node body, const Bar& bar) const {
    const bool inside = window_ && overlaps(bar.span, *window_);
    Node row = add(body, "tr", inside ? "inside" : "");
    Node name = add(row, "th", bar.is_part ? "part" : "", bar.name);
    set(name, "scope", "row");
    if (!bar.good) {
      add_text(name, " ");
      add(name, "span", "status fail", "failed");
    }
    if (inside) add_unseen(name, " (while the database was unavailable)");
    add(row, "td", "number", duration_of(bar.span.start - shown_.start));
    add(row, "td", "number", bar.ended ? duration_of(bar.span.length) : "not ended");
    draw_bar(add(row, "td", "drawn"), bar, inside);
  }

  std::string share(double length) const {
    const double part = shown_.length > 0 ? length / shown_.length : 0;
    return fmt::format("{:.3f}%", std::clamp(part, 0.0, 1.0) * 100);
  }
  std::string percent(double at) const { return share(at - shown_.start); }

  static Node picture(Node parent) {
    Node svg = add(parent, "svg");
    set(svg, "aria-hidden", "true");
    set(svg, "focusable", "false");
    set(svg, "width", "100%");
    return svg;
  }

  void draw_window(Node svg) const {
    if (!window_ || window_->length >= shown_.length) return;
    Node band = add(svg, "rect", "window");
    set(band, "x", percent(window_->start));
    set(band, "y", "0");
    set(band, "height", "100%");
    set(band, "width", share(window_->length));
    // However short it was, it is seen.
    draw_line(svg, "window-edge", window_->start, "0", "100%");
  }

  void draw_line(Node svg, std::string_view css, double at, const char* top,
                 const char* bottom) const {
    Node line = add(svg, "line", css);
    set(line, "x1", percent(at));
    set(line, "x2", percent(at));
    set(line, "y1", top);
    set(line, "y2", bottom);
  }

  void draw_bar(Node cell, const Bar& bar, bool inside) const {
    Node svg = picture(cell);
    set(svg, "height", "30");
    draw_window(svg);
    const std::string css = inside ? "bar inside" : "bar";
    Node rect = add(svg, "rect", css);
    set(rect, "x", percent(bar.span.start));
    set(rect, "y", "9");
    set(rect, "height", "12");
    set(rect, "width", share(bar.span.length));
    draw_line(svg, css + " edge", bar.span.start, "9", "21");
  }

  void draw_axis(Node cell) const {
    Node svg = picture(cell);
    set(svg, "height", "22");
    const double distance = distance_of_ticks(std::max(shown_.length, 1e-3));
    for (int n = 0; n * distance <= shown_.length; ++n) {
      const double at = shown_.start + n * distance;
      draw_line(svg, "tick", at, "16", "22");
      Node text = add(svg, "text", {}, tick_text(n * distance, distance));
      set(text, "x", percent(at));
      set(text, "y", "13");
      // The last one must not stick out of the picture.
      const bool last = (n + 0.6) * distance > shown_.length;
      set(text, "text-anchor", n == 0 ? "start" : last ? "end" : "middle");
    }
  }

  Span shown_;
  std::optional<Span> window_;
};

}  // namespace

void add_timeline(Node main, const Json& run) {
  const std::vector<Bar> bars = bars_of(run);
  if (bars.empty()) return;
  std::optional<Span> window;
  if (child_of(run, "window").is_object()) window = span_of(child_of(run, "window"));
  Span whole{0, number_of(run, "duration_ms")};
  for (const Bar& bar : bars) whole.length = std::max(whole.length, bar.span.end());

  Node section = add_section(main, "timeline", "Timeline");
  if (window) {
    Node text = add(section, "p", {}, "The database was unavailable for ");
    add(text, "strong", {},
        (is_true(child_of(run, "window"), "exact") ? "" : "about ") + duration_of(window->length));
    add_text(text, fmt::format(", from {} to {} of a run of {}: ", duration_of(window->start),
                               duration_of(window->end()), duration_of(whole.length)));
    add(text, "span", "key", "the marked band");
    add_text(text, ".");
  } else {
    add(section, "p", {},
        fmt::format("The run took {}. The database was available all the time.",
                    duration_of(whole.length)));
  }
  Chart(whole, window).add_to(section, "The whole run", bars);

  // A window that can hardly be seen beside the rest gets a picture of its own.
  constexpr double kSmall = 0.3;
  if (!window || window->length <= 0 || window->length > kSmall * whole.length) return;
  std::vector<Bar> inside;
  for (const Bar& bar : bars) {
    if (overlaps(bar.span, *window)) inside.push_back(bar);
  }
  Chart(*window, window).add_to(section, "While the database was unavailable, enlarged", inside);
}

}  // namespace baseline::page

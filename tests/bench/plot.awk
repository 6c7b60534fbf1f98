# Draws lines on two logarithmic axes, as SVG for light and dark pages. Input: "title TEXT", "unit bytes"
# or "unit count" for the horizontal axis, and for each line "series LABEL" with "X Y" lines after it.

function log10(v) { return log(v) / log(10) }
function px(v) { return LEFT + (log(v) - log(x_from)) / (log(x_to) - log(x_from)) * WIDE }
function py(v) { return TOP + HIGH - (log(v) - log(y_from)) / (log(y_to) - log(y_from)) * HIGH }
function text(class, x, y, anchor, what) {
    printf "  <text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", class, x, y, anchor, what
}
function number(v) {
    if (unit == "bytes") return v >= 1073741824 ? v / 1073741824 " GiB" : v >= 1048576 ? v / 1048576 " MiB" : v / 1024 " KiB"
    return v >= 1000 ? v / 1000 " k" : v ""
}
function duration(v) { return v >= 1000 ? v / 1000 " s" : v " ms" }

/^title / { title = substr($0, 7); next }
/^unit / { unit = $2; next }
/^series / { name[++lines] = substr($0, 8); next }
{
    n = ++count[lines]
    x[lines, n] = $1
    y[lines, n] = $2
    if (!x_from || $1 < x_from) x_from = $1
    if ($1 > x_to) x_to = $1
    if (!y_from || $2 < y_from) y_from = $2
    if ($2 > y_to) y_to = $2
}

END {
    LEFT = 70; WIDE = 480; TOP = 44; HIGH = 280
    y_from = 10 ^ int(log10(y_from) - (y_from < 1))
    up = log10(y_to)
    y_to = 10 ^ (up > int(up) ? int(up) + (up > 0) : up)
    if (y_to <= y_from) y_to = y_from * 10
    if (x_to <= x_from) x_to = x_from * 2

    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 370\" width=\"760\" height=\"370\" role=\"img\">"
    print "  <title>" title "</title>"
    print "  <style>"
    print "    text { font: 13px system-ui, sans-serif; fill: #1f2328 }"
    print "    .title { font-weight: 600 }"
    print "    .faint { fill: #59636e }"
    print "    .back { fill: #ffffff }"
    print "    .grid { stroke: #d1d9e0; stroke-width: 1 }"
    print "    .line { fill: none; stroke-width: 2 }"
    print "    .s1 { stroke: #0969da } .s2 { stroke: #1a7f37 } .s3 { stroke: #bf8700 }"
    print "    .d1 { fill: #0969da } .d2 { fill: #1a7f37 } .d3 { fill: #bf8700 }"
    print "    @media (prefers-color-scheme: dark) {"
    print "      text { fill: #e6edf3 } .faint { fill: #9198a1 } .back { fill: #0d1117 } .grid { stroke: #3d444d }"
    print "      .s1 { stroke: #4493f8 } .s2 { stroke: #3fb950 } .s3 { stroke: #d29922 }"
    print "      .d1 { fill: #4493f8 } .d2 { fill: #3fb950 } .d3 { fill: #d29922 }"
    print "    }"
    print "  </style>"
    print "  <rect class=\"back\" width=\"760\" height=\"370\"/>"
    text("title", LEFT, 24, "start", title)
    for (v = y_from; v <= y_to * 1.001; v *= 10) {
        printf "  <line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n", LEFT, py(v), LEFT + WIDE, py(v)
        text("faint", LEFT - 8, py(v) + 4, "end", duration(v))
    }
    for (i = 1; i <= count[1]; i++) {
        v = x[1, i]
        printf "  <line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", px(v), TOP, px(v), TOP + HIGH
        text("faint", px(v), TOP + HIGH + 20, "middle", number(v))
    }
    for (l = 1; l <= lines; l++) {
        printf "  <polyline class=\"line s%d\" points=\"", l
        for (i = 1; i <= count[l]; i++) printf "%s%.1f,%.1f", (i > 1 ? " " : ""), px(x[l, i]), py(y[l, i])
        print "\"/>"
        for (i = 1; i <= count[l]; i++)
            printf "  <circle class=\"d%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s: %.1f ms</title></circle>\n", l,
                px(x[l, i]), py(y[l, i]), number(x[l, i]), y[l, i]
        # Each label at the end of its line, but not over the one before it.
        at[l] = py(y[l, count[l]]) + 4
        for (k = 1; k < l; k++) if (at[l] - at[k] < 16 && at[k] - at[l] < 16) { at[l] = at[k] + 16; k = 0 }
        printf "  <circle class=\"d%d\" cx=\"%d\" cy=\"%.1f\" r=\"4\"/>\n", l, LEFT + WIDE + 14, at[l] - 4
        text("label", LEFT + WIDE + 24, at[l], "start", name[l])
    }
    print "</svg>"
}

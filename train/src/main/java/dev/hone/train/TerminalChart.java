package dev.hone.train;

import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;

/**
 * A curve drawn with characters: braille patterns of two by four dots where the terminal knows them, plain ASCII elsewhere.
 */
public final class TerminalChart {
    /** Bits of the dots of a braille cell by row and column (Unicode block U+2800). */
    private static final int[][] BRAILLE = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private TerminalChart() {}

    /** As {@link #render(Curve, int, int, Charset)}, for standard output. */
    public static String render(double[] xs, double[] ys, int width, int height) {
        return render(new Curve(xs, ys), width, height, System.out.charset());
    }

    /**
     * The curve as lines of text, each ended by a newline; values that are not finite are gaps.
     *
     * @param width of the whole chart in characters, at least 20
     * @param height in lines, at least 4, the two of the position axis included
     * @param charset what the output can show
     * @throws IllegalArgumentException for a smaller chart
     */
    public static String render(Curve curve, int width, int height, Charset charset) {
        if (width < 20 || height < 4) {
            throw new IllegalArgumentException(
                    "found a chart of " + width + " by " + height + " characters, expected at least 20 by 4");
        }
        if (!Double.isFinite(curve.smallest())) {
            return "(no values yet)\n";
        }
        boolean braille = charset.newEncoder().canEncode('\u28ff') && charset.newEncoder().canEncode('┤');
        return new Drawing(curve, width, height - 2, braille).text();
    }

    private static final class Drawing {
        private final Curve curve;
        private final boolean braille;
        private final int rows;
        private final int columns;
        private final int across;
        private final int down;
        private final Axis x;
        private final Axis y;
        private final String[] labels;
        private final boolean[][] dots;

        Drawing(Curve curve, int width, int rows, boolean braille) {
            this.braille = braille;
            this.rows = rows;
            this.across = braille ? 2 : 1;
            this.down = braille ? 4 : 1;
            int dotRows = rows * down;
            this.y = Axis.airy(curve.smallest(), curve.largest(), dotRows - 0.5, -0.5);
            this.labels = labels();
            this.columns = width - labelWidth() - 2;
            this.x = Axis.tight(curve.xs()[0], curve.xs()[curve.size() - 1], 0, columns * across - 1);
            this.dots = new boolean[dotRows][columns * across];
            this.curve = curve.thinned(Math.max(4, 4 * columns * across));
        }

        String text() {
            plot();
            StringBuilder out = new StringBuilder();
            String indent = "%" + labelWidth() + "s ";
            for (int row = 0; row < rows; row++) {
                out.append(String.format(indent, labels[row])).append(edge(labels[row].isEmpty()));
                StringBuilder cells = new StringBuilder();
                for (int column = 0; column < columns; column++) {
                    cells.append(cell(row, column));
                }
                out.append(cells.toString().stripTrailing()).append('\n');
            }
            out.append(String.format(indent, "")).append(braille ? '└' : '+')
                    .append((braille ? "─" : "-").repeat(columns)).append('\n');
            return out.append(positions(labelWidth() + 2)).toString();
        }

        private void plot() {
            boolean open = false;
            long fromX = 0;
            long fromY = 0;
            for (int i = 0; i < curve.size(); i++) {
                double height = y.at(curve.ys()[i]);
                if (!Double.isFinite(height)) {
                    open = false;
                    continue;
                }
                long toX = Math.round(x.at(curve.xs()[i]));
                long toY = Math.clamp(Math.round(height), 0, dots.length - 1);
                stroke(open ? fromX : toX, open ? fromY : toY, toX, toY);
                fromX = toX;
                fromY = toY;
                open = true;
            }
        }

        private void stroke(long fromX, long fromY, long toX, long toY) {
            long length = Math.max(1, Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY)));
            for (long i = 0; i <= length; i++) {
                double share = (double) i / length;
                int row = (int) Math.round(fromY + share * (toY - fromY));
                int column = (int) Math.round(fromX + share * (toX - fromX));
                dots[row][column] = true;
            }
        }

        private char cell(int row, int column) {
            if (!braille) {
                return dots[row][column] ? '*' : ' ';
            }
            int bits = 0;
            for (int r = 0; r < 4; r++) {
                for (int c = 0; c < 2; c++) {
                    bits |= dots[4 * row + r][2 * column + c] ? BRAILLE[r][c] : 0;
                }
            }
            return bits == 0 ? ' ' : (char) (0x2800 + bits);
        }

        private char edge(boolean plain) {
            if (braille) {
                return plain ? '│' : '┤';
            }
            return plain ? '|' : '+';
        }

        /** The label of each text row that a tick falls into, else an empty text. */
        private String[] labels() {
            String[] perRow = new String[rows];
            Arrays.fill(perRow, "");
            List<Double> ticks = y.ticks(Math.max(2, rows / 2));
            List<String> texts = y.labels(ticks);
            for (int i = 0; i < ticks.size(); i++) {
                int row = (int) Math.clamp(Math.round(y.at(ticks.get(i))) / down, 0, rows - 1);
                perRow[row] = texts.get(i);
            }
            return perRow;
        }

        private int labelWidth() {
            int widest = 0;
            for (String label : labels) {
                widest = Math.max(widest, label.length());
            }
            return widest;
        }

        private String positions(int indent) {
            String first = Numbers.value(curve.xs()[0]);
            String last = Numbers.value(curve.xs()[curve.size() - 1]);
            int gap = columns - first.length() - last.length();
            return " ".repeat(indent) + (gap < 1 ? last : first + " ".repeat(gap) + last) + "\n";
        }
    }
}

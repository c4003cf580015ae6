package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodePointsTest {
    @Test
    void codePointsBecomeUtf16Indices() {
        String text = "a\uD83D\uDE00b\uD83C\uDDE9\uD83C\uDDEA";
        CodePoints points = new CodePoints(text);
        assertThat(new int[]{points.utf16(0), points.utf16(1), points.utf16(2), points.utf16(3), points.utf16(4),
                points.utf16(5)})
                .isEqualTo(new int[]{0, 1, 3, 4, 6, 8});
        assertThat(points.utf16(6)).isEqualTo(text.length());
        assertThat(new CodePoints("plain").utf16(3)).isEqualTo(3);
        assertThat(new CodePoints("").utf16(0)).isZero();
    }

    @Test
    void unpairedSurrogatesAreReplacedAndPairsKept() {
        assertThat(CodePoints.withoutUnpairedSurrogates("\uDE00a\uD83D\uDE00\uD83D"))
                .isEqualTo("\uFFFDa\uD83D\uDE00\uFFFD");
        String fine = "a\uD83D\uDE00";
        assertThat(CodePoints.withoutUnpairedSurrogates(fine)).isSameAs(fine);
    }
}

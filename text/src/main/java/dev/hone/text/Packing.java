package dev.hone.text;

/** How rows share a window. */
public enum Packing {
    /** Best fit, longest first; a row longer than the window loses its end. */
    BFD,
    /** Best fit, longest first; a row longer than the window is split, and no token is lost. */
    BFD_SPLIT,
    /** All rows one after the other, cut every window: no space is lost, but rows are cut wherever a window ends. */
    WRAPPED
}

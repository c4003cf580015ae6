@NullMarked
package dev.hone.text;

import org.jspecify.annotations.NullMarked;

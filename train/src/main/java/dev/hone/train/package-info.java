@NullMarked
package dev.hone.train;

import org.jspecify.annotations.NullMarked;

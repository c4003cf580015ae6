package dev.hone.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's numbers: ints without bounds (held as Long while they fit), floats, and bools that count as 0 and 1. */
final class JinjaNumbers {
    private static final int MAX_BITS = 1 << 16;
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private JinjaNumbers() {}

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean
                || value instanceof BigInteger;
    }

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    /** An int in its usual form: a Long where it fits. */
    static Object normal(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw new JinjaError("an int became larger than 2**" + MAX_BITS);
        }
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static BigInteger big(Object value) {
        return switch (value) {
            case Boolean truth -> truth ? BigInteger.ONE : BigInteger.ZERO;
            case Long integer -> BigInteger.valueOf(integer);
            case BigInteger integer -> integer;
            default ->
                throw new JinjaError("'" + JinjaValue.type(value) + "' object cannot be interpreted as an integer");
        };
    }

    /** An int used as an index or a count; one beyond 64 bits acts like the nearest that fits. */
    static long index(Object value) {
        return switch (value) {
            case Long integer -> integer;
            default -> big(value).max(LONG_MIN).min(LONG_MAX).longValue();
        };
    }

    static double real(Object value) {
        return switch (value) {
            case Double real -> real;
            case Long integer -> integer;
            case Boolean truth -> truth ? 1 : 0;
            case BigInteger integer -> finite(integer.doubleValue());
            default -> throw new JinjaError("must be a real number, not " + JinjaValue.type(value));
        };
    }

    private static double finite(double value) {
        if (Double.isInfinite(value)) {
            throw new JinjaError("int too large to convert to float");
        }
        return value;
    }

    /** {@code left operator right} for {@code + - * / // % **}, both operands numbers. */
    static Object arithmetic(String operator, Object left, Object right) {
        boolean real = left instanceof Double || right instanceof Double;
        return switch (operator) {
            case "/" -> divide(left, right);
            case "**" -> power(left, right);
            case "//", "%" -> real ? floor(operator, real(left), real(right)) : floor(operator, big(left), big(right));
            default ->
                real ? (Object) simple(operator, real(left), real(right)) : simple(operator, big(left), big(right));
        };
    }

    private static double simple(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            default -> left * right;
        };
    }

    private static Object simple(String operator, BigInteger left, BigInteger right) {
        return normal(switch (operator) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            default -> left.multiply(right);
        });
    }

    private static Object divide(Object left, Object right) {
        if (real(right) == 0) {
            throw new JinjaError("division by zero");
        }
        if (left instanceof BigInteger || right instanceof BigInteger) {
            return new BigDecimal(big(left)).divide(new BigDecimal(big(right)), java.math.MathContext.DECIMAL128)
                    .doubleValue();
        }
        return real(left) / real(right);
    }

    private static Object floor(String operator, BigInteger left, BigInteger right) {
        if (right.signum() == 0) {
            throw new JinjaError("integer division or modulo by zero");
        }
        BigInteger[] parts = left.divideAndRemainder(right);
        boolean below = parts[1].signum() != 0 && parts[1].signum() != right.signum();
        if (operator.equals("//")) {
            return normal(below ? parts[0].subtract(BigInteger.ONE) : parts[0]);
        }
        return normal(below ? parts[1].add(right) : parts[1]);
    }

    private static Object floor(String operator, double left, double right) {
        if (right == 0) {
            throw new JinjaError("float floor division or modulo by zero");
        }
        double rest = left % right;
        double quotient = (left - rest) / right;
        if (rest != 0 && (rest < 0) != (right < 0)) {
            rest += right;
            quotient -= 1;
        } else if (rest == 0) {
            rest = Math.copySign(0.0, right);
        }
        if (operator.equals("%")) {
            return rest;
        }
        double whole = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0.0, left / right) : quotient - whole > 0.5 ? whole + 1 : whole;
    }

    private static Object power(Object left, Object right) {
        boolean whole = isInteger(left) && isInteger(right);
        if (whole && big(right).signum() >= 0) {
            long exponent = index(right);
            BigInteger base = big(left);
            if (base.abs().compareTo(BigInteger.ONE) <= 0) {
                return normal(base.pow((int) (exponent == 0 ? 0 : 2 - exponent % 2)));
            }
            if (exponent > MAX_BITS || (long) base.bitLength() * exponent > 2L * MAX_BITS) {
                throw new JinjaError("an int became larger than 2**" + MAX_BITS);
            }
            return normal(base.pow((int) exponent));
        }
        double base = real(left);
        double exponent = real(right);
        if (base == 0 && exponent < 0) {
            throw new JinjaError("0.0 cannot be raised to a negative power");
        }
        if (base < 0 && exponent != Math.rint(exponent)) {
            throw new JinjaError("complex numbers are not supported");
        }
        double result = Math.pow(base, exponent);
        if (Double.isInfinite(result) && Double.isFinite(base) && Double.isFinite(exponent)) {
            throw new JinjaError("the result of ** is too large for a float");
        }
        return result;
    }

    static Object negate(Object value) {
        return value instanceof Double real ? (Object) (-real) : normal(big(value).negate());
    }

    /** Exact comparison of two numbers, neither of them NaN. */
    static int compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (isInfinite(left) || isInfinite(right)) {
            return Double.compare(left instanceof Double a ? a : 0, right instanceof Double b ? b : 0);
        }
        return decimal(left).compareTo(decimal(right));
    }

    private static boolean isInfinite(Object value) { return value instanceof Double real && Double.isInfinite(real); }

    static boolean isFinite(Object value) { return !isNan(value) && !isInfinite(value); }

    static boolean isNan(Object value) { return value instanceof Double real && Double.isNaN(real); }

    private static BigDecimal decimal(Object value) {
        return value instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(value));
    }

    /** {@code int(value)} of a number: towards zero. */
    static Object truncate(Object value) {
        if (value instanceof Double real) {
            if (!Double.isFinite(real)) {
                throw new JinjaError("cannot convert float " + repr(real) + " to integer");
            }
            return normal(new BigDecimal(real).toBigInteger());
        }
        return normal(big(value));
    }

    /** {@code round(value, precision)}: half to even on the exact decimal value; an int stays an int. */
    static Object round(Object value, long precision) {
        if (Math.abs(precision) > 400) {
            throw new JinjaError("round() precision must be between -400 and 400, found " + precision);
        }
        if (!(value instanceof Double real)) {
            return precision >= 0 ? normal(big(value)) : normal(rounded(decimal(value), precision).toBigIntegerExact());
        }
        return Double.isFinite(real) ? Math.copySign(rounded(decimal(real), precision).doubleValue(), real) : real;
    }

    private static BigDecimal rounded(BigDecimal value, long precision) {
        return value.setScale((int) precision, RoundingMode.HALF_EVEN);
    }

    /** {@code repr(float)}: the shortest digits that read back as the same value. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        return (value < 0 ? "-" : "") + (point > 16 || point < -3 ? scientific(digits, point) : plain(digits, point));
    }

    private static BigDecimal shortest(double value) {
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        // Double.toString gives two digits at least, Python one
        BigDecimal shorter = shortest.round(new java.math.MathContext(1));
        return shortest.precision() == 2 && shorter.doubleValue() == value ? shorter.stripTrailingZeros() : shortest;
    }

    private static String plain(String digits, int point) {
        if (point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return digits + "0".repeat(point - digits.length()) + ".0";
        }
        return digits.substring(0, point) + "." + digits.substring(point);
    }

    private static String scientific(String digits, int point) {
        int exponent = point - 1;
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}

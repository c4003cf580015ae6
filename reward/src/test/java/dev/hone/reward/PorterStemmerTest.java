package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of Porter's paper, and NLTK's irregular words. */
class PorterStemmerTest {
    @ParameterizedTest
    @CsvSource({"caresses,caress", "ponies,poni", "ties,tie", "caress,caress", "cats,cat", "feed,feed", "agreed,agre",
            "plastered,plaster", "bled,bled", "motoring,motor", "sing,sing", "conflated,conflat", "troubled,troubl",
            "sized,size", "hopping,hop", "tanned,tan", "falling,fall", "hissing,hiss", "fizzed,fizz", "failing,fail",
            "filing,file", "happy,happi", "sky,sky", "relational,relat", "conditional,condit", "rational,ration",
            "valenci,valenc", "digitizer,digit", "radicalli,radic", "differentli,differ", "vileli,vile",
            "analogousli,analog", "vietnamization,vietnam", "predication,predic", "operator,oper", "feudalism,feudal",
            "decisiveness,decis", "hopefulness,hope", "callousness,callous", "formaliti,formal", "sensitiviti,sensit",
            "sensibiliti,sensibl", "triplicate,triplic", "formative,form", "formalize,formal", "electriciti,electr",
            "electrical,electr", "hopeful,hope", "goodness,good", "revival,reviv", "allowance,allow",
            "inference,infer", "airliner,airlin", "gyroscopic,gyroscop", "adjustable,adjust", "defensible,defens",
            "irritant,irrit", "replacement,replac", "adjustment,adjust", "dependent,depend", "adoption,adopt",
            "communism,commun", "activate,activ", "angulariti,angular", "homologous,homolog", "effective,effect",
            "bowdlerize,bowdler", "probate,probat", "rate,rate", "cease,ceas", "controll,control", "roll,roll",
            "skies,sky", "dying,die", "news,news", "Dies,die", "is,is"})
    void stems(String word, String stem) { assertThat(PorterStemmer.stem(word)).isEqualTo(stem); }
}
